"""The administrator's pages: people, their postings, institutions."""
