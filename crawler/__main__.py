"""`python -m crawler`: the command `backan`, where its script is not on the path."""

from crawler.cli import main

if __name__ == "__main__":
    main(prog_name="backan")
