"""Frames to detections: background, static objects, rules, verification, evidence."""
