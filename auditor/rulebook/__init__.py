"""What answers mean and what follows from them: loads `rules/`, reads answers, judges cases. Pure."""
