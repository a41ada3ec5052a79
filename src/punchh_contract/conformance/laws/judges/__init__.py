"""The looks of laws at histories; pure, so that stories, machines, crashes and races share them."""
