"""The groups of settings, of which `lobby.config.Settings` is made; a new one goes to its group."""
