"""Fashion-MNIST: its files, known again wherever they lie, and garments drawn in their stead."""
