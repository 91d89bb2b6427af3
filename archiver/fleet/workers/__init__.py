"""A worker: what it does for the hub, job by job: pulling a site, crawling it in a process, pushing what came of it."""
