"""`python -m hub`: the same command as `hub`, for machines where the script is not on the path."""

from hub.cli import main

if __name__ == "__main__":
    main()
