

@pytest.mark.parametrize("place", range(9))
def test_a_single_known_moment_is_not_lost(place):
    """Strides leave out samples; what is known of a window must not fall between them."""
    torch.manual_seed(place)
    encoder = SensorGraph(widths=(8, 16), width=16).eval()
    signals = torch.randn(1, 1, 6, 80)
    valid = torch.zeros(1, 80, dtype=torch.bool)
    valid[0, place] = True
    present = torch.ones(1, 1, 2, dtype=torch.bool)
    with torch.no_grad():
        one, other = (
            encoder(SensorBatch(s, torch.zeros(1, 1, dtype=torch.int64), present, valid))
            for s in (signals, 3 * signals)
        )
    assert one.abs().max() < 100
    assert (one - other).abs().max() > 1e-4
