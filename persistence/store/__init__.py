"""Documents and Journal: what is kept until it is changed or trimmed."""
