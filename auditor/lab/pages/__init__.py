"""The pages on which people sign in, give a second factor and consent: plain HTML over the world's state."""
