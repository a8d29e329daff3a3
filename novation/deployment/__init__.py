"""Deployment: third-party components, the plan, its parameters and the manifest."""
