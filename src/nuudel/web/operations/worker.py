"""The job worker: procrastinate on PostgreSQL; started by ``nuudel serve`` as a process of its own."""

from nuudel.web.operations.children import end_with_parent
from nuudel.web.operations.install import start_django


def work() -> None:
    """Do jobs until stopped."""
    from django.core.management import call_command

    start_django()
    call_command("procrastinate", "worker", "--concurrency", "2", "--delete-jobs", "successful")


if __name__ == "__main__":
    end_with_parent()
    work()
