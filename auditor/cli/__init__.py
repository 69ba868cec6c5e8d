"""The console command. The only place that knows Typer and Rich."""
