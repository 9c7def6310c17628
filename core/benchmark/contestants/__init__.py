"""Who races, a file each.

``base`` says what each must be able to do, and ``registry``, beside this folder, names them all:
to add one, write its file here and add its line there.
"""
