"""One worker of a shared study: `python tuning_worker.py ADDRESS TRIALS`. See test_tuning.py."""

import os
import sys
import time

import optuna

from dlhelpers import tuning

LOST_AFTER = 2.5  # seconds; far more than the PAUSE that a trial takes
PAUSE = 0.2


def objective(trial):
    trial.set_user_attr("pid", os.getpid())
    x = trial.suggest_float("x", 0.0, 1.0)
    time.sleep(PAUSE)
    return (x - 0.3) ** 2


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.load_study(study_name="shared", storage=tuning.storage(sys.argv[1]))
    tuning.run(study, objective, int(sys.argv[2]), lost_after=LOST_AFTER)
