"""The command that makes a corpus."""

from __future__ import annotations

from imusim.cli import options
from imusim.cli.app import app


@app.command()
def generate(
    paths: options.Paths = None,
    joints: options.Joints = None,
    placement: options.Placement = None,
    rotations: options.Rotations = None,
    offset: options.Offset = None,
    soft_tissue: options.SoftTissue = None,
    device: options.Device = None,
    errors: options.Errors = None,
    temperature_c: options.TemperatureC = None,
    simulation_rate_hz: options.SimulationRateHz = None,
    rate_hz: options.RateHz = None,
    seed: options.Seed = None,
    out: options.Out = None,
    overwrite: options.Overwrite = None,
    source: options.Source = None,
    count: options.Count = None,
    joint_map: options.JointMap = None,
    source_rate_hz: options.SourceRateHz = None,
    scale: options.Scale = None,
    up: options.Up = None,
    body: options.Body = None,
    height_m: options.HeightM = None,
    mass_kg: options.MassKg = None,
    body_models: options.BodyModels = None,
    vertices: options.Vertices = None,
    engine: options.Engine = None,
    touchdowns: options.Touchdowns = None,
    contact: options.Contact = None,
    load_share: options.LoadShare = None,
    physics_rate_hz: options.PhysicsRateHz = None,
    on_failure: options.OnFailure = None,
    channels: options.Channels = None,
    magnetic_field: options.MagneticField = None,
    magnetic_disturbance_ut: options.MagneticDisturbanceUt = None,
    keep_truth: options.KeepTruth = None,
    quality: options.Quality = None,
    licence_allow: options.LicenceAllow = None,
    licence: options.Licence = None,
    store: options.Store = None,
    codec: options.Codec = None,
    shard_size_mb: options.ShardSizeMb = None,
    workers: options.Workers = None,
    backend: options.Backend = None,
    scheduler: options.Scheduler = None,
    resume: options.Resume = None,
    config: options.Config = None,
) -> None:
    """Make a corpus of IMU signals with activity text.

    Without a path, the clips that ship with pybullet are used.
    """
    flags = {
        "paths": paths, "joints": joints, "rotations": rotations, "offset": offset,
        "placement": placement, "soft_tissue": soft_tissue, "device": device, "errors": errors,
        "temperature_c": temperature_c, "simulation_rate_hz": simulation_rate_hz,
        "magnetic_field": magnetic_field, "magnetic_disturbance_ut": magnetic_disturbance_ut,
        "keep_truth": keep_truth,
        "rate_hz": rate_hz, "seed": seed, "out": out, "overwrite": overwrite, "source": source,
        "scale": scale, "up": up, "body": body, "height_m": height_m, "mass_kg": mass_kg,
        "body_models": body_models, "vertices": vertices or None, "engine": engine,
        "touchdowns": touchdowns, "contact": contact, "load_share": load_share,
        "physics_rate_hz": physics_rate_hz, "on_failure": on_failure, "channels": channels,
        "quality": quality, "shard_size_mb": shard_size_mb, "count": count,
        "joint_map": joint_map, "source_rate_hz": source_rate_hz, "workers": workers,
        "backend": backend, "scheduler": scheduler, "resume": resume,
        "licence_allow": licence_allow, "licence": licence,
        "store": store, "codec": codec,
    }  # fmt: skip
    from imusim.commands.generate import run_generate

    run_generate(config, {name: value for name, value in flags.items() if value is not None})
