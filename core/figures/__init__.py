"""Pure functions that return a Plotly figure, each on a fixed scale; NumPy and Plotly only.

Backgrounds are transparent and colours are chosen for light and dark pages alike.
"""
