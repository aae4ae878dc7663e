"""The core decides. It knows no clock, disk, network, chance or log."""
