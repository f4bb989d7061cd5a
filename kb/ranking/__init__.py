"""What the chart is made of: scores brought together, the choice of the hundred, reasons, and what moved."""
