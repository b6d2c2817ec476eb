"""The addresses of the service, a small module for each kind of question."""
