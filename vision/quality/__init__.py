"""Video quality diagnosis: what is wrong with a camera's picture, judged from key frames looked at anyway."""
