"""Forms of the member app: they translate, they do not decide."""
