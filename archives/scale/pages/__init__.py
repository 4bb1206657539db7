"""Every page of the product, opened at every level of a province and measured: `manage.py open_pages`.

The pages come from the URLconf (`routes`), who opens them from the data (`actors`: of every kind of organisation the biggest and the
smallest), and what they are opened with too (`objects`, and the links, filters and searches that a page itself shows: `links`).
What is right is said in `verdict`. Nothing that a page writes stays.
"""
