"""What is measured on answers and pictures: statistics, baselines, reach."""
