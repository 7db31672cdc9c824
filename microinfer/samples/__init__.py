"""Input samples: random, from files of several formats, from folders of them."""
