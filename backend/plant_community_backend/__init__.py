"""The Django project: settings, addresses, start, command line, and what all apps share."""
