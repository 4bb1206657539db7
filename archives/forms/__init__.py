"""Forms of the archive app: they translate, they do not decide."""
