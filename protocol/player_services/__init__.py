"""The words of the player services document, one module per noun, named as that document names
them. A client may send more than is known here: it is passed over.
"""
