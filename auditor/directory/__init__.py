"""What a tenant's directory says about everybody in it, read by an administrator or from exports."""
