"""Recording what a crawl brought: several answers in one transaction, here or in a process of its own."""
