"""What a machine can and cannot audit, looked at without submitting anything."""
