"""Who may do what: roles, institutions and places, enforced in the application and in the database."""
