from pages.parts.augmentation.transformations import TRANSFORMATIONS

RED = {"gallery": "scenes", "image": "red/1.jpg"}


def test_every_slider_reaches_beyond_the_training_range_and_starts_within_it():
    for transformation in TRANSFORMATIONS:
        low, high = transformation.training
        for slider in transformation.sliders:
            assert low <= slider.start <= high
            assert (slider.limits[0] < low) or (slider.limits[1] > high)
