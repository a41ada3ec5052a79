"""Laws: what a redemption is, on any server, judged over the history of a story."""
