"""The lab: a simulated Microsoft cloud that computes its answers from the state a world describes."""
