"""How view counts grew: of one article day by day, and which articles grew most."""
