"""What others would write: plain scripts without any part of maskopt."""
