"""From pixels to embeddings: preprocessing, ResNet50, CBAM, training (sections 3.1, 3.2)."""
