"""All builders of `keras.applications`, without weights: explained exactly, and at small cost."""

import functools
import inspect
import json
import subprocess
import sys

import keras
import pytest

from dlhelpers import processes

# Total and trainable parameters of `keras.applications.NAME(weights=None)`. The totals of the 26
# models in the table of keras.io/api/applications are the same.
PUBLISHED = {
    "ConvNeXtBase": (88_591_464, 88_591_464),
    "ConvNeXtLarge": (197_767_336, 197_767_336),
    "ConvNeXtSmall": (50_223_688, 50_223_688),
    "ConvNeXtTiny": (28_589_128, 28_589_128),
    "ConvNeXtXLarge": (350_196_968, 350_196_968),
    "DenseNet121": (8_062_504, 7_978_856),
    "DenseNet169": (14_307_880, 14_149_480),
    "DenseNet201": (20_242_984, 20_013_928),
    "EfficientNetB0": (5_330_571, 5_288_548),
    "EfficientNetB1": (7_856_239, 7_794_184),
    "EfficientNetB2": (9_177_569, 9_109_994),
    "EfficientNetB3": (12_320_535, 12_233_232),
    "EfficientNetB4": (19_466_823, 19_341_616),
    "EfficientNetB5": (30_562_527, 30_389_784),
    "EfficientNetB6": (43_265_143, 43_040_704),
    "EfficientNetB7": (66_658_687, 66_347_960),
    "EfficientNetV2B0": (7_200_312, 7_139_704),
    "EfficientNetV2B1": (8_212_124, 8_141_052),
    "EfficientNetV2B2": (10_178_374, 10_096_086),
    "EfficientNetV2B3": (14_467_622, 14_358_406),
    "EfficientNetV2L": (119_027_848, 118_515_272),
    "EfficientNetV2M": (54_431_388, 54_139_356),
    "EfficientNetV2S": (21_612_360, 21_458_488),
    "InceptionResNetV2": (55_873_736, 55_813_192),
    "InceptionV3": (23_851_784, 23_817_352),
    "MobileNet": (4_253_864, 4_231_976),
    "MobileNetV2": (3_538_984, 3_504_872),
    "MobileNetV3Large": (5_507_432, 5_483_032),
    "MobileNetV3Small": (2_554_968, 2_542_856),
    "NASNetLarge": (88_949_818, 88_753_150),
    "NASNetMobile": (5_326_716, 5_289_978),
    "ResNet101": (44_707_176, 44_601_832),
    "ResNet101V2": (44_675_560, 44_577_896),
    "ResNet152": (60_419_944, 60_268_520),
    "ResNet152V2": (60_380_648, 60_236_904),
    "ResNet50": (25_636_712, 25_583_592),
    "ResNet50V2": (25_613_800, 25_568_360),
    "VGG16": (138_357_544, 138_357_544),
    "VGG19": (143_667_240, 143_667_240),
    "Xception": (22_910_480, 22_855_952),
}

if keras.backend.backend() == "torch":
    del PUBLISHED["NASNetMobile"]  # Keras refuses to build it there

# Of each family the smallest, or two that differ in more than widths and how often a block stands.
# The others have no layer that these lack: the weekly run explains them, too.
SMALLEST = (
    *("ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "EfficientNetV2S"),
    *("InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2", "MobileNetV3Large"),
    *("MobileNetV3Small", "NASNetMobile", "ResNet50", "ResNet50V2", "VGG16", "VGG19", "Xception"),
)
QUICK = tuple(name for name in PUBLISHED if name in SMALLEST)
REST = tuple(name for name in PUBLISHED if name not in SMALLEST)

PROGRAM = (
    processes.IMPORT_KERAS
    + """
import json, os, re, resource, sys
from dlhelpers.params import explain

explained = {}
for name in sys.argv[1:]:
    with keras.StatelessScope(initialize_variables=False):  # builds without allocating
        explanation = explain(getattr(keras.applications, name)(weights=None))
    unknown = [row.name for row in explanation.rows if "by shape" in row.note]
    explained[name] = explanation.total, explanation.trainable, unknown
used = resource.getrusage(resource.RUSAGE_SELF)
peak = used.ru_maxrss  # on Linux at least that of the program which started this one
if os.path.exists("/proc/self/status"):
    peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
print(json.dumps([explained, used.ru_utime + used.ru_stime, peak / 1024]))
"""
)


@functools.cache
def measured(names):
    """What each builder's model was explained to have, and the seconds and MiB for all of them."""
    command = [sys.executable, "-c", PROGRAM, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_every_builder_of_keras_is_in_the_table():
    builders = inspect.getmembers(keras.applications, inspect.isfunction)
    names = {name for name, _ in builders}
    assert names - {"NASNetMobile"} <= set(PUBLISHED) <= names


EACH = [*QUICK, *(pytest.param(name, marks=pytest.mark.weekly) for name in REST)]
PARTS = [
    pytest.param(QUICK, id="smallest"),
    pytest.param(REST, id="rest", marks=pytest.mark.weekly),
]


@pytest.mark.parametrize("name", EACH)
def test_the_published_totals_come_out_to_the_last_digit(name):
    total, trainable, _ = measured(QUICK if name in QUICK else REST)[0][name]
    assert (total, trainable) == PUBLISHED[name]


@pytest.mark.parametrize("part", PARTS)
def test_every_layer_of_every_builder_has_a_formula(part):
    explained = measured(part)[0]
    assert set(explained) == set(part)
    assert not {name: unknown for name, (*_, unknown) in explained.items() if unknown}


@pytest.mark.weekly
def test_all_of_them_take_less_than_90_seconds_and_a_gigabyte():
    """Seconds of the processor: what a clock shows on one core, and more than it shows on two."""
    (_, quick, few), (_, rest, many) = measured(QUICK), measured(REST)
    seconds, megabytes = quick + rest, max(few, many)
    assert seconds < 90 and megabytes < 1000, f"{seconds:.0f} s, {megabytes:.0f} MiB"
