"""`python -m turnspit` is the `turnspit` command."""

from turnspit.cli import main

if __name__ == "__main__":
    main()
