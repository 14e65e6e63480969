"""The M/M/1 queue on Cimba; it reads annotations at run time, so they must not be postponed."""

import cimba as cb


class Queue(cb.Model):
    """Customers that come and wait for one server."""

    queue: cb.Container
    mean_queue: cb.Output[float]

    @cb.process
    def arrivals(self):
        """One after the other, without memory."""
        while True:
            cb.hold(cb.random.exponential(1 / 0.9))
            self.queue.put(1)

    @cb.process
    def server(self):
        """Takes the next one as soon as it is free."""
        while True:
            self.queue.get(1)
            cb.hold(cb.random.exponential(1.0))

    @cb.on_end
    def measure(self):
        """Mean number that wait."""
        self.mean_queue = self.queue.mean_level()


def experiment(duration: float):
    """The model and one run of it; a short run first compiles it."""
    model = Queue()
    short = cb.Window(warmup=1, duration=10)
    cb.Experiment(model, replications=1, window=short, seed=1).run()
    window = cb.Window(warmup=1000, duration=duration)
    return model, cb.Experiment(model, replications=1, window=window, seed=123)
