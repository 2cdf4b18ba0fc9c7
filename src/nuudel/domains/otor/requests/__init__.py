"""Requests of otor: asked, answered, agreed, arrived, left."""
