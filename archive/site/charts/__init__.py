"""The charts of the pages, drawn on the server: inline SVG, no script, no style but that of charts.css."""

from archive.site.charts.map import province_map
from archive.site.charts.months import months_chart
from archive.site.charts.timeline import timeline_chart

__all__ = ["months_chart", "province_map", "timeline_chart"]
