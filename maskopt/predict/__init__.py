"""The story of a bundle in use: new photos become a table, stored photos prove it still works."""
