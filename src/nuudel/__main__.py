"""``python -m nuudel`` is the command ``nuudel``."""

from nuudel.cli import main

if __name__ == "__main__":
    main()
