"""How the reader is made: data, examples, training, export, calibration. The service never imports this."""
