"""One file a site. A site on a known platform is a name, a title and its listings."""
