"""Sites and pipelines with defects of their own; tests name them with -s SPIDER_MODULES and -s ITEM_PIPELINES."""
