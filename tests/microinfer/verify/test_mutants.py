"""Sound kernels raise no alarm."""

from __future__ import annotations

from microinfer.verify.campaign import Campaign
from tests.microinfer.verify.broken import needs_native_counting
from tests.support.kernels import library

pytestmark = needs_native_counting

def test_our_own_kernels_have_no_defect() -> None:
    result = Campaign(library(), "cortex-m4", cases=60).run()
    assert result.defects == () and result.unknown == ()
    assert {row.cases for row in result.functions} == {60}
    assert len(result.functions) == 21
