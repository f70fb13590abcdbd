"""Sensors on springs: closed forms, and the full equations of motion integrated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imusim.conventions import GRAVITY_WORLD, JOINTS
from imusim.conventions import STANDARD_GRAVITY as G
from imusim.errors import ConfigError
from imusim.math import rotations as rot
from imusim.sensor import SOFT_TISSUE, Mounting, SoftTissue, draw_tissue, read_imu
from imusim.sensor.soft_tissue import Spring, ride
from imusim.trajectory import fit_trajectory

MOCAP_HZ, IMU_HZ = 200.0, 200.0
TIME = np.arange(801) / MOCAP_HZ
RIGID = np.inf
STILL = np.zeros((801, 3))


def _about(axis, angle):
    return rot.from_rotation_vector(np.multiply.outer(np.asarray(angle), np.asarray(axis, float)))


def _mount(offset=(0.0, 0.0, 0.0), link_from_sensor=rot.IDENTITY):
    return Mounting(("link",), np.asarray(link_from_sensor)[None], np.asarray(offset, float)[None])


def _tissue(frequency=RIGID, damping=0.2, rotation=RIGID, rotation_damping=0.2):
    return SoftTissue(*(np.array([x]) for x in (frequency, damping, rotation, rotation_damping)))


def _fit(position, orientation, **options):
    options = {"position_noise": 0.0} | options
    return fit_trajectory(("link",), position[:, None], orientation[:, None], MOCAP_HZ, **options)


def _read(position, orientation, tissue, mounting=None, **options):
    trajectory = _fit(position, orientation, **options)
    signals = read_imu(trajectory, mounting or _mount(), IMU_HZ, tissue)
    return signals.time_s, signals.accelerometer[:, 0], signals.gyroscope[:, 0]


def _gain(spring_hz, damping, wave_hz):
    """Transmissibility of a mount, as a complex number (Den Hartog, Mechanical Vibrations)."""
    r = wave_hz / spring_hz
    return (1 + 2j * damping * r) / (1 - r**2 + 2j * damping * r)


def _amplitude(time, signal, wave_hz):
    """Complex amplitude of a wave ``Re(a exp(iωt))``, by least squares."""
    turn = np.exp(2j * np.pi * wave_hz * time)
    a = np.stack([turn.real, -turn.imag, np.ones(len(time))], axis=1)
    real, imaginary, _ = np.linalg.lstsq(a, signal, rcond=None)[0]
    return real + 1j * imaginary


def _wander(seed, fastest_hz=2.0):
    """A smooth random motion, lively as an arm."""
    rng = np.random.default_rng(seed)
    frequency, phase = rng.uniform(0.2, fastest_hz, 6), rng.uniform(0, 6, 6)
    waves = np.sin(np.outer(TIME, 2 * np.pi * frequency) + phase)
    return 0.2 * waves[:, :3], rot.from_rotation_vector(0.7 * waves[:, 3:])


@pytest.mark.parametrize("seed", range(3))
def test_at_rest_nothing_changes(seed):
    orientation = np.repeat(rot.random_rotations(np.random.default_rng(seed), (1,)), 801, axis=0)
    _, acc, gyro = _read(STILL, orientation, _tissue(9.0, 0.1, 7.0, 0.1))
    np.testing.assert_allclose(acc, rot.rotate_inverse(orientation, [0, 0, G]), atol=1e-6)
    np.testing.assert_allclose(gyro, 0, atol=1e-8)


def test_free_fall_reads_nothing():
    position = STILL.copy()
    position[:, 2] = 50 + 3 * TIME - 0.5 * G * TIME**2
    _, acc, gyro = _read(position, _about([1, 0, 0], 0 * TIME), _tissue(9.0, 0.1, 7.0, 0.1))
    assert np.abs(acc).max() < 1e-4
    assert np.abs(gyro).max() < 1e-8


@pytest.mark.parametrize("turns_hz", [0.5, 2.0, 4.0])
def test_a_turn_at_constant_rate_reads_gravity_as_it_is(turns_hz):
    """The sensor hangs in the same place of the world while the segment turns under it."""
    orientation = _about([0, 1, 0], 2 * np.pi * turns_hz * TIME)
    _, acc, gyro = _read(STILL, orientation, _tissue(10.0, 0.2, 10.0, 0.2))
    np.testing.assert_allclose(acc, rot.rotate_inverse(orientation, [0, 0, G]), atol=5e-3)
    np.testing.assert_allclose(gyro, np.tile([0, 2 * np.pi * turns_hz, 0], (801, 1)), atol=2e-3)


@pytest.mark.parametrize("turns_hz", [0.5, 1.5, 3.0])
def test_on_a_rotor_the_spring_stretches_outward(turns_hz):
    """In the rotor's axes: ω₀² d = Ω² (r + d), so the force is Ω² r / (1 − (Ω/ω₀)²)."""
    spring_hz, damping, arm = 15.0, 0.2, 0.3
    orientation = _about([0, 0, 1], 2 * np.pi * turns_hz * TIME)
    _, acc, _ = _read(
        STILL, orientation, _tissue(spring_hz, damping), _mount(offset=(arm, 0, 0)),
    )  # fmt: skip
    inward = arm * (2 * np.pi * turns_hz) ** 2
    true = [-inward / (1 - (turns_hz / spring_hz) ** 2), 0, G]
    np.testing.assert_allclose(acc[200:-200], np.tile(true, (401, 1)), atol=2e-3 * inward)


@pytest.mark.parametrize("wave_hz", [2.0, 6.0, 10.0, 14.0, 25.0])
@pytest.mark.parametrize(("spring_hz", "damping"), [(10.0, 0.2), (22.0, 0.4), (14.0, 1.5)])
def test_a_shaken_mount_is_passed_on_by_its_transmissibility(spring_hz, damping, wave_hz):
    shake = 0.01 * np.sin(2 * np.pi * wave_hz * TIME)
    position = np.stack([shake, 0 * TIME, 0 * TIME], axis=1)
    orientation = _about([1, 0, 0], 0 * TIME)
    time, rigid, _ = _read(position, orientation, None)
    _, acc, _ = _read(position, orientation, _tissue(spring_hz, damping))
    middle = slice(400, 700)  # the first ringing is over
    found = _amplitude(time[middle], acc[middle, 0], wave_hz)
    found /= _amplitude(time[middle], rigid[middle, 0], wave_hz)
    assert abs(found / _gain(spring_hz, damping, wave_hz) - 1) < 0.01
    np.testing.assert_allclose(acc[:, 1:], rigid[:, 1:], atol=1e-6)


@pytest.mark.parametrize("wave_hz", [2.0, 6.0, 10.0, 20.0])
def test_a_rocked_mount_is_passed_on_by_its_transmissibility(wave_hz):
    spring_hz, damping = 12.0, 0.25
    rocking = 0.01 * np.sin(2 * np.pi * wave_hz * TIME)
    orientation = _about([0, 0, 1], rocking)
    time, _, rigid = _read(STILL, orientation, None)
    _, acc, gyro = _read(STILL, orientation, _tissue(rotation=spring_hz, rotation_damping=damping))
    middle = slice(400, 700)
    found = _amplitude(time[middle], gyro[middle, 2], wave_hz)
    found /= _amplitude(time[middle], rigid[middle, 2], wave_hz)
    assert abs(found / _gain(spring_hz, damping, wave_hz) - 1) < 0.01
    np.testing.assert_allclose(acc, np.tile([0, 0, G], (801, 1)), atol=1e-6)


def test_rocking_tips_the_accelerometer_against_gravity():
    """About a level axis, the sensor's own angle is the segment's through the transmissibility."""
    spring_hz, damping, wave_hz, size = 12.0, 0.25, 6.0, 0.01
    orientation = _about([0, 1, 0], size * np.sin(2 * np.pi * wave_hz * TIME))
    time, acc, _ = _read(STILL, orientation, _tissue(rotation=spring_hz, rotation_damping=damping))
    middle = slice(400, 700)
    found = _amplitude(time[middle], acc[middle, 0], wave_hz)
    # Turning by φ about y makes the upward axis read (−g sin φ, 0, g cos φ).
    expected = -G * size * (-1j) * _gain(spring_hz, damping, wave_hz)
    assert abs(found / expected - 1) < 0.01


@pytest.mark.parametrize("damping", [0.1, 0.2, 0.5])
def test_step_response(damping):
    """A segment that starts to accelerate: overshoot by exp(−πζ/√(1−ζ²)) and the known ringing."""
    spring_hz, step_s = 10.0, 1 / 2000
    omega = 2 * np.pi * spring_hz
    time = np.arange(2000) * step_s
    force = np.tile([0.0, 0.0, G], (2000, 1))
    force[200:, 0] = 5.0
    felt, _ = ride(
        (Spring(spring_hz, damping), Spring(RIGID, 1.0)),
        np.tile(rot.IDENTITY, (2000, 1)), force, np.zeros((2000, 3)), np.zeros((2000, 3)), step_s,
    )  # fmt: skip
    t = time[200:] - time[199:201].mean()
    damped = omega * np.sqrt(1 - damping**2)
    wave = np.cos(damped * t) - damping / np.sqrt(1 - damping**2) * np.sin(damped * t)
    expected = 5 * (1 - np.exp(-damping * omega * t) * wave)
    np.testing.assert_allclose(felt[200:, 0], expected, atol=0.05)
    assert np.abs(felt[:199, 0]).max() < 1e-12
    np.testing.assert_allclose(felt[:, 2], G, atol=1e-9)


def test_a_stiff_spring_is_rigid():
    position, orientation = _wander(4)
    _, rigid_acc, rigid_gyro = _read(position, orientation, None)
    _, acc, gyro = _read(position, orientation, _tissue())
    np.testing.assert_array_equal(acc, rigid_acc)
    np.testing.assert_array_equal(gyro, rigid_gyro)
    middle, errors = slice(100, -100), []
    for spring_hz in (40.0, 80.0, 160.0):
        _, acc, gyro = _read(position, orientation, _tissue(spring_hz, 0.3, spring_hz, 0.3))
        pairs = ((acc, rigid_acc), (gyro, rigid_gyro))
        errors.append([np.abs(soft - hard)[middle].max() for soft, hard in pairs])
    ratio = np.divide(errors[:-1], errors[1:])
    assert np.all((ratio > 3.5) & (ratio < 4.5)), ratio  # the difference falls as 1 / ω₀²


def _integrated(trajectory, translation, rotation, arm, step_s=1e-3):
    """Force and rate of a rigid body on springs and dampers that turn with the link.

    Nothing is left out: finite angles, dampers that turn, gyroscopic terms. The state is place,
    velocity, orientation and angular rate in the world; Runge and Kutta's fourth order.
    """
    (omega, damping), (omega_r, damping_r) = (
        (2 * np.pi * spring.frequency_hz, spring.damping_ratio)
        for spring in (translation, rotation)
    )
    fine = np.arange(int(trajectory.end_s / step_s) * 2 + 1) * step_s / 2
    link = trajectory.sample(fine)
    turns = link.world_from_link[:, 0]
    spin, change = (
        rot.rotate(turns, array[:, 0])
        for array in (link.angular_velocity, link.angular_acceleration)
    )
    lever = rot.rotate(turns, arm)
    place = link.position[:, 0] + lever
    velocity = link.velocity[:, 0] + np.cross(spin, lever)
    acceleration = link.acceleration[:, 0] + np.cross(change, lever)
    acceleration = acceleration + np.cross(spin, velocity - link.velocity[:, 0])

    def forces(k, state):
        """Specific force and angular acceleration of the sensor, in the world."""
        away = state[:3] - place[k]
        drift = state[3:6] - velocity[k] - np.cross(spin[k], away)
        tilt = rot.to_rotation_vector(rot.multiply(state[6:10], rot.conjugate(turns[k])))
        return (
            -(omega**2) * away - 2 * damping * omega * drift,
            -(omega_r**2) * tilt - 2 * damping_r * omega_r * (state[10:] - spin[k]),
        )

    def slope(k, state):
        force, turning = forces(k, state)
        dq = 0.5 * rot.multiply(np.append(state[10:], 0.0), state[6:10])
        return np.concatenate([state[3:6], force + GRAVITY_WORLD, dq, turning])

    sag = -(acceleration[0] - GRAVITY_WORLD) / omega**2
    tilt = rot.from_rotation_vector(-change[0] / omega_r**2)
    state = np.concatenate(
        [
            place[0] + sag,
            velocity[0] + np.cross(spin[0], sag),
            rot.multiply(tilt, turns[0]),
            spin[0],
        ]
    )
    felt = []
    for k in range(0, len(fine), 2):
        read = np.stack([forces(k, state)[0], state[10:]])
        felt.append(rot.rotate_inverse(state[6:10], read))
        if k + 2 < len(fine):
            k1 = slope(k, state)
            k2 = slope(k + 1, state + step_s / 2 * k1)
            k3 = slope(k + 1, state + step_s / 2 * k2)
            state = state + step_s / 6 * (k1 + 2 * k2 + 2 * k3 + slope(k + 2, state + step_s * k3))
            state[6:10] /= np.linalg.norm(state[6:10])
    return fine[::2], np.array(felt)[:, 0], np.array(felt)[:, 1]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("spring_hz", "damping"), [(10.0, 0.25), (20.0, 0.2)])
def test_the_full_equations_of_motion_agree(seed, spring_hz, damping):
    """What is neglected is below 3 % of what the tissue does, in a lively motion."""
    position, orientation = _wander(seed)
    arm = np.array([0.0, 0.1, -0.2])
    trajectory = _fit(position[:401], orientation[:401])
    spring = Spring(spring_hz, damping)
    time, true_acc, true_gyro = _integrated(trajectory, spring, spring, arm)
    tissue = _tissue(spring_hz, damping, spring_hz, damping)
    rigid, felt = (
        read_imu(trajectory, _mount(offset=arm), 1000.0, springs) for springs in (None, tissue)
    )
    np.testing.assert_allclose(felt.time_s, time, atol=1e-9)
    ringing = time > 0.5  # by then the start is forgotten
    for name, true in (("accelerometer", true_acc), ("gyroscope", true_gyro)):
        ours, hard = getattr(felt, name)[ringing, 0], getattr(rigid, name)[ringing, 0]
        error = np.sqrt(np.mean((ours - true[ringing]) ** 2))
        effect = np.sqrt(np.mean((hard - true[ringing]) ** 2))
        assert effect > 0.002 * np.sqrt(np.mean(true[ringing] ** 2))
        assert error < 0.03 * effect


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), heading=st.floats(-np.pi, np.pi))
def test_turning_the_mounting_turns_the_signals(seed, heading):
    position, orientation = _wander(seed)
    mounting = _mount((0.1, 0.0, -0.05), rot.random_rotations(np.random.default_rng(seed), ()))
    tissue = _tissue(11.0, 0.2, 14.0, 0.3)
    _, acc, gyro = _read(position, orientation, tissue, _mount(offset=(0.1, 0.0, -0.05)))
    turn = _about([0, 0, 1], heading)
    _, turned_acc, turned_gyro = _read(
        rot.rotate(turn, position), rot.multiply(turn, orientation), tissue, mounting
    )
    np.testing.assert_allclose(rot.rotate(mounting.link_from_sensor, turned_acc), acc, atol=1e-5)
    np.testing.assert_allclose(rot.rotate(mounting.link_from_sensor, turned_gyro), gyro, atol=1e-6)


spring_hz = st.one_of(st.floats(1.0, 500.0), st.just(RIGID))
ratios = st.floats(1e-3, 10.0)


@settings(max_examples=40, deadline=None)
@given(
    springs=st.tuples(spring_hz, ratios, spring_hz, ratios),
    frames=st.integers(6, 60),
    fastest_hz=st.floats(1.0, 40.0),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_spring_rests_at_rest_and_is_finite_else(springs, frames, fastest_hz, seed):
    """Also where the model does not hold, in turns faster than the spring swings."""
    position, orientation = _wander(seed, fastest_hz)
    _, acc, gyro = _read(position[:frames], orientation[:frames], _tissue(*springs))
    assert np.isfinite(acc).all()
    assert np.isfinite(gyro).all()
    rest = np.repeat(orientation[:1], frames, axis=0)
    _, acc, gyro = _read(STILL[:frames], rest, _tissue(*springs))
    np.testing.assert_allclose(acc, rot.rotate_inverse(rest, [0, 0, G]), atol=1e-5)
    np.testing.assert_allclose(gyro, 0, atol=1e-7)


def test_sensors_do_not_know_of_each_other():
    """Each is read at the rate of its own springs, so its neighbours change nothing."""
    position, orientation = _wander(1)
    trajectory = fit_trajectory(
        ("a", "b"), np.stack([position, 2 * position], 1), np.stack([orientation] * 2, 1), MOCAP_HZ
    )
    turns = rot.random_rotations(np.random.default_rng(0), (2,))
    both = Mounting(("b", "a"), turns, np.tile([0, 0.1, 0], (2, 1)))
    tissue = SoftTissue(
        *(np.array(x) for x in ([60.0, 9.0], [0.2, 0.3], [70.0, RIGID], [0.3, 0.2]))
    )
    together = read_imu(trajectory, both, 50.0, tissue)
    for k in range(2):
        part = slice(k, k + 1)
        one = Mounting(both.joints[part], both.link_from_sensor[part], both.offset[part])
        alone = read_imu(trajectory, one, 50.0, tissue.part([k]))
        np.testing.assert_array_equal(alone.accelerometer[:, 0], together.accelerometer[:, k])
        np.testing.assert_array_equal(alone.gyroscope[:, 0], together.gyroscope[:, k])


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        (([0.0], [0.2], [9.0], [0.2]), "frequency_hz is 0; it must be from 1 to 500 Hz"),
        (([1e6], [0.2], [9.0], [0.2]), "frequency_hz is 1e.06; .* or infinite"),
        (([9.0], [0.2], [np.nan], [0.2]), "rotation_frequency_hz is nan"),
        (([9.0], [0.0], [9.0], [0.2]), "damping_ratio is 0; it must be over 0 and at most 10"),
        (([9.0], [0.2], [9.0], [np.inf]), "rotation_damping_ratio is inf"),
        (([9.0], [0.2, 0.2], [9.0], [0.2]), "damping_ratio must hold one number a sensor"),
    ],
)
def test_springs_that_cannot_be(given_values, message):
    with pytest.raises(ConfigError, match=message):
        SoftTissue(*map(np.array, given_values))


def test_springs_for_another_number_of_sensors():
    position, orientation = _wander(0)
    with pytest.raises(ConfigError, match="springs for 2 sensors, but there are 1"):
        _read(position, orientation, SoftTissue(*(np.array([9.0, 9.0]),) * 4))


def test_every_joint_has_a_site():
    assert tuple(SOFT_TISSUE) == JOINTS
    for joint, site in SOFT_TISSUE.items():
        for low, typical, high in (site.frequency_hz, site.damping_ratio):
            assert 0 < low < typical < high
        assert site.damping_ratio.high < 1
        assert site is SOFT_TISSUE[joint.replace("left", "right")]
    assert SOFT_TISSUE["left_hip"].name == "thigh"
    assert SOFT_TISSUE["neck"].name == SOFT_TISSUE["pelvis"].name == "trunk"


def generators(seed):
    return [np.random.default_rng([seed, k]) for k in range(len(JOINTS))]


def test_draws():
    assert draw_tissue(JOINTS) is None
    typical = draw_tissue(("left_knee", "head"), "typical")
    assert typical.frequency_hz.tolist() == [14.0, 25.0]
    assert typical.rotation_damping_ratio.tolist() == [0.2, 0.25]
    first, again, other = (draw_tissue(JOINTS, "random", generators(n)) for n in (1, 1, 2))
    np.testing.assert_array_equal(first.frequency_hz, again.frequency_hz)
    assert (first.frequency_hz != other.frequency_hz).all()
    assert (first.frequency_hz != first.rotation_frequency_hz).all()
    many = [draw_tissue(JOINTS, "random", generators(n)) for n in range(200)]
    for k, joint in enumerate(JOINTS):
        site = SOFT_TISSUE[joint]
        drawn = np.array([[tissue.frequency_hz[k], tissue.damping_ratio[k]] for tissue in many])
        for values, (low, _, high) in zip(
            drawn.T, (site.frequency_hz, site.damping_ratio), strict=True
        ):
            assert low <= values.min() < low + 0.1 * (high - low)
            assert high - 0.1 * (high - low) < values.max() <= high
    with pytest.raises(ConfigError, match="'none', 'typical' or 'random'"):
        draw_tissue(JOINTS, "random")
    with pytest.raises(ConfigError, match="no soft tissue for joint 'tail'"):
        draw_tissue(("tail",), "typical")
