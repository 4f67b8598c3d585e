"""Wire models of the player services API, one module per noun, with that API's own names. Unknown
fields that a client sends are ignored.
"""
