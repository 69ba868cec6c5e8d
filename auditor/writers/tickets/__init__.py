"""The open work as tickets: CSV files that Jira and Azure DevOps import (docs/tickets.md)."""
