"""Forms of the frame and of 组织管理."""
