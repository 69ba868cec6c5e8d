"""`python -m auditor` is the console command."""

from auditor.cli.main import main

if __name__ == "__main__":
    main()
