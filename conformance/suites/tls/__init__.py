"""ITI-19 and HTTP as a hostile or foreign peer meets them."""
