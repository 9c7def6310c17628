"""What the pages share: resources, navigation, inputs and the results grid."""
